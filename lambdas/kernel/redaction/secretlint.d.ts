/** The part of secretlint's rules that we call. Their own types come with `@secretlint/core`, which is not used (docs/decisions/0012). */
declare module '@secretlint/secretlint-rule-preset-recommend' {
  interface RuleContext {
    readonly sharedOptions: object;
    createTranslator(): (messageId: string) => { readonly messageId: string };
    report(found: {
      readonly message: { readonly messageId: string };
      readonly range: readonly [number, number];
    }): void;
  }
  interface RuleSource {
    readonly content: string;
    readonly ext: string;
  }
  interface Rule {
    readonly meta: { readonly id: string };
    create(context: RuleContext, options: object): { file?(source: RuleSource): void | Promise<void> };
  }
  export const rules: readonly Rule[];
}
