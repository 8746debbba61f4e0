import type { StepPorts } from '../../contracts/ports.ts';
import type { Holder } from '../../kernel/limits/deduplication-rows.ts';
import { leaveStorm, mayLookUpGroup, placeInStorm, type StormMember } from '../../kernel/limits/storm-rows.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import { groupsOf, type BelongsPorts } from './belongs-together.ts';
import type { Arrival, Reason } from './join.ts';
import { groupStormKey, STORM, stormOf, STORM_OF_GROUP, type Storm } from './storm.ts';

interface Group {
  readonly name: string;
  /** The incidents of the whole storm that are about an instance of this group. */
  readonly incidents: readonly StormMember[];
}

type JoinOne = (holder: Holder, reason: Reason) => Promise<string | undefined>;

/** One alarm in its storm. It remembers what it has looked up and where it has a place. */
export class StormPlaces {
  readonly #ports: StepPorts & BelongsPorts;
  readonly #arrival: Arrival;
  readonly #storm: Storm | undefined;
  readonly #me: StormMember;
  readonly #places = new Set<string>();
  #group: Promise<Group | undefined> | undefined;

  constructor(ports: StepPorts & BelongsPorts, arrival: Arrival, me: Holder) {
    this.#ports = ports;
    this.#arrival = arrival;
    this.#storm = stormOf(arrival.subject, arrival.agent);
    this.#me = { ...me, instance: this.#storm?.instance ?? null };
  }

  /** Joins an incident of the storm. Undefined: this alarm is to be investigated. */
  async join(gone: ReadonlySet<string>, joinOne: JoinOne): Promise<string | undefined> {
    const storm = this.#storm;
    if (storm === undefined) return undefined;
    const all = await this.#place(storm.key, gone, []);
    if (all === 'investigate') return undefined;
    this.#group ??= this.#groupIn(storm, all);
    const group = await this.#group;
    const mine = group === undefined ? all : await this.#place(groupStormKey(storm, group.name), gone, group.incidents);
    if (mine === 'investigate') return undefined;
    const reason = group === undefined ? STORM : STORM_OF_GROUP;
    // Alarms of one storm spread over its incidents, each alarm always to the same one.
    const first = Number.parseInt(sha256(this.#arrival.keys.primary).slice(0, 8), 16) % mine.length;
    for (const holder of [...mine.slice(first), ...mine.slice(0, first)]) {
      const joined = await joinOne(holder, reason);
      if (joined !== undefined) return joined;
    }
    return this.join(gone, joinOne);
  }

  /** Gives the places back: the alarm has joined an incident after all. */
  async leave(): Promise<void> {
    for (const key of this.#places) await leaveStorm(this.#ports.ledger, key, this.#me.incidentId);
  }

  async #place(key: string, gone: ReadonlySet<string>, before: readonly StormMember[]) {
    const place = await placeInStorm(this.#ports, key, this.#me, gone, before);
    if (place === 'investigate') this.#places.add(key);
    return place;
  }

  /** The group of this alarm's instance. Undefined if nobody knows, or if this storm has had its look-ups of the minute. */
  async #groupIn(storm: Storm, all: readonly StormMember[]): Promise<Group | undefined> {
    const { subject } = this.#arrival;
    const { instance } = storm;
    if (instance === null || subject.kind !== 'alarm') return undefined;
    if (!(await mayLookUpGroup(this.#ports, storm.key))) return undefined;
    const { stormGroupTag } = this.#ports.rules.settings;
    const ids = [instance, ...all.flatMap((one) => one.instance ?? [])];
    const groups = await groupsOf(this.#ports, this.#me.incidentId, subject.alarm, stormGroupTag, [...new Set(ids)]);
    const name = groups.get(instance);
    if (name === undefined) return undefined;
    return { name, incidents: all.filter((one) => one.instance !== null && groups.get(one.instance) === name) };
  }
}
