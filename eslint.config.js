import tseslint from 'typescript-eslint';

/** Forbids imports by pattern; each pattern says why. */
const forbid = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});

const noHttp = {
  group: ['koa', '@koa/*', '**/http.js', '**/*.routes.js', '**/*.router.js'],
  message: 'HTTP belongs to the routes.',
};
const noSql = { group: ['pg', 'knex', '**/sql.js'], message: 'SQL belongs to the repositories.' };
const noEngine = { group: ['oidc-provider'], message: 'Only src/oidc and adapters know the engine.' };

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.postern/**'] },
  {
    files: ['**/*.ts', '**/*.cts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.repository.ts', 'adapters/**/*.repository.ts'],
    rules: forbid(noHttp, noEngine, {
      group: ['**/*.service.js'],
      message: 'A repository knows SQL and nothing above it.',
    }),
  },
  {
    files: ['src/**/*.service.ts'],
    rules: forbid(noHttp, noSql, noEngine, {
      regex: '^\\.\\./[^/]+/.*\\.repository\\.js$',
      message: "A room uses another room's service, never its repository.",
    }),
  },
  {
    files: ['src/**/*.routes.ts', 'src/**/*.router.ts'],
    rules: forbid(noSql, {
      group: ['**/*.repository.js', '**/database.js'],
      message: 'A route talks to services only.',
    }),
  },
  {
    files: ['src/settings.ts', 'src/errors.ts', 'src/telemetry.ts', 'src/hashing.ts', 'src/sealing.ts'],
    rules: forbid({ regex: '^\\.{1,2}/[^/]+/', message: 'This file is below the rooms.' }),
  },
  {
    files: ['src/**/*.ts', 'adapters/**/*.ts', 'migrations/**/*.ts'],
    ignores: ['src/settings.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/settings.ts reads the environment.' },
      ],
    },
  },
);
