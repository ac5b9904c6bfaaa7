import tseslint from 'typescript-eslint';

/** Folders that must run on any engine: no module state, so that two agents in one process do not meet. */
const CORE = [
  'packages/protocol/src/*.ts',
  'packages/agent/src/{core,commands,linux}/**/*.ts',
  'packages/agent/src/*.ts',
  'packages/client/src/core/**/*.ts',
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/bundle/', '**/dist-test/', 'build/', '**/generated/', '**/*.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // a handler that waits for nothing still has the port's asynchronous type
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: CORE,
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program > VariableDeclaration[kind="let"]', message: 'no module-level state in the core' },
        {
          selector: 'Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
          message: 'no module-level state in the core',
        },
      ],
    },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      // node:test's functions return promises that the runner awaits
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      'max-lines-per-function': 'off',
    },
  },
);
