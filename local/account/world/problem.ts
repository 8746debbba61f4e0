/** A wrong reference or an impossible number in a world file, with what is expected instead. */
export interface WorldProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
