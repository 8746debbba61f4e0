import type { ServiceCommands } from '../../lambdas/providers/aws/commands/command.ts';

/** Commands of a file in `aws/` that would send something other than what they are called, and IAM allows by the name. */
export const serviceProblems = (file: string, { commands }: ServiceCommands): string[] =>
  Object.entries(commands).flatMap(([name, command]) => {
    const made = madeBy(command);
    return made === `${name}Command`
      ? []
      : [`${file}: commands.${name}: it makes ${made}; expected sdkCommand(${name}Command)`];
  });

const madeBy = (command: ServiceCommands['commands'][string]): string => {
  try {
    return command.create({}).constructor.name;
  } catch (error) {
    return `nothing (${error instanceof Error ? error.message : String(error)})`;
  }
};
