import type { Moment } from '../../contracts/moment.ts';
import type { PlainText } from './outside-text.ts';

/** What a moment of each kind says besides what all have. */
type Told = Moment extends infer M ? (M extends Moment ? Omit<M, keyof Common> : never) : never;
type Common = Pick<Moment, 'version' | 'id' | 'incidentId' | 'seq' | 'at' | 'agent' | 'subject' | 'location' | 'says'>;

/** What an event tells, and its sentence; undefined if it is no moment. */
export type Telling = readonly [says: PlainText, told: Told] | undefined;
