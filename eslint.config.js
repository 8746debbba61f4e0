import tseslint from 'typescript-eslint';

const throwOurOwn = {
  selector:
    "ThrowStatement > NewExpression[callee.name='Error'], ThrowStatement > NewExpression[callee.name='TypeError']",
  message: 'Throw one of our own errors (lambdas/contracts/errors.ts): they carry a code, a cause and advice.',
};
const impure = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Law 2: only lambdas/runtime/serve.ts reads process.env. Take the value as an argument.',
  },
  {
    selector:
      "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Law 2: time comes through the Clock port, or a step cannot be replayed.',
  },
  {
    selector:
      "CallExpression[callee.object.name='Math'][callee.property.name='random'], CallExpression[callee.name=/^random(UUID|Bytes|Int)$/]",
    message: 'Law 2: randomness and ids come through the Ids port, or a step cannot be replayed.',
  },
];

export default tseslint.config(
  { ignores: ['node_modules', 'cdk.out', 'coverage', 'dist', '.checkrein'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
      // It takes a quarter of the time of ESLint. Enums come only from the CDK, as the compiler refuses our own: below is who imports it.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      'no-console': 'error',
      'no-restricted-syntax': ['error', throwOurOwn],
    },
  },
  {
    files: ['bin/app.ts', 'lib/**/*.ts', 'template/**/*.ts', 'test/{lib,package,templates}/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-enum-assignment': 'error' },
  },
  {
    files: ['lambdas/**/*.ts'],
    ignores: ['lambdas/adapters/**', 'lambdas/runtime/serve.ts'],
    rules: { 'no-restricted-syntax': ['error', throwOurOwn, ...impure] },
  },
);
