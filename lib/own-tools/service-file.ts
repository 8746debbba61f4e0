import type { ServiceCommands } from '../../lambdas/providers/aws/commands/command.ts';

/**
 * Commands of a file in `aws/` that would send something other than what they are called, since IAM allows by the name, and those that
 * Checkrein has itself: it would never use these.
 */
export const serviceProblems = (file: string, { commands }: ServiceCommands, shipped: readonly string[]): string[] =>
  Object.entries(commands).flatMap(([name, command]) => {
    if (shipped.includes(name))
      return [
        `${file}: commands.${name}: Checkrein has this command itself, and would use its own; expected only commands that it does not have, so delete this line`,
      ];
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
