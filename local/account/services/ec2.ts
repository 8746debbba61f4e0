import { ec2Changes } from './ec2-changes.ts';
import { ec2Reads } from './ec2-reads.ts';

/** EC2, as far as the tools use it. */
export const ec2 = { ...ec2Reads, ...ec2Changes };
