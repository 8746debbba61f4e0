/** An argument as a shell takes it for one word. */
const word = (text: string): string => {
  const path = text.startsWith('-') ? `./${text}` : text;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
};

/** Names of executions are like this. A trace in a file may name any incident, and people type what they read. */
const INCIDENT = /^\w[\w.-]{0,79}$/;

/** The command that verifies a trace in a file, to type as it stands. */
export const verifyLine = (of: {
  readonly trace: string;
  readonly key?: string | undefined;
  readonly incident?: string | undefined;
}): string =>
  [
    `npx checkrein trace verify ${word(of.trace)}`,
    ...(of.key === undefined ? [] : [`--key ${word(of.key)}`]),
    ...(of.incident !== undefined && INCIDENT.test(of.incident) ? [`--incident ${of.incident}`] : []),
  ].join(' ');
