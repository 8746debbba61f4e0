import type { MessagesApi } from '../fakes/messages-api.ts';
import type { Packages } from './app.ts';
import type { Browser } from './browser.ts';
import type { Clients } from './clients.ts';
import type { Emulators } from './emulators.ts';
import type { Mailbox } from './mailbox.ts';
import type { DeployGuide } from './deploy-guide.ts';
import type { Shell } from './shell.ts';
import type { Outputs } from './stack.ts';
import type { Topics } from './topics.ts';
import type { Workload } from './workload.ts';

/** Everything that a scenario uses. */
export interface E2eEnvironment {
  readonly emulators: Emulators;
  readonly shell: Shell;
  readonly guide: DeployGuide;
  readonly clients: Clients;
  readonly outputs: Outputs;
  readonly workload: Workload;
  readonly claude: MessagesApi;
  readonly mailbox: Mailbox;
  readonly browser: Browser;
  /** What the notifiers of the settings published. */
  readonly notified: Topics;
  readonly packages: Packages;
}
