import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The areas, lowest first: each may import from itself and from those before it. */
const AREAS = [
  'src/settings',
  'src/platform',
  'src/identity',
  'src/tenancy',
  'src/registry',
  'adapters',
  'src/tenancy-context.ts',
  'src/context.ts',
  'src/endpoints',
  'src/server',
  'src/demo',
  'src/cli',
];

const noHttp = {
  group: ['koa', '@koa/*', '**/http/*.js', '**/*.routes.js', '**/*.router.js'],
  message: 'HTTP belongs to the routes.',
};
const noSql = { group: ['pg', 'knex'], message: 'SQL belongs to the repositories.' };
const noService = { group: ['**/*.service.js'], message: 'A repository knows SQL and nothing above it.' };
const noRepository = {
  group: ['**/*.repository.js', '**/database.js'],
  message: 'A route talks to services only.',
};
const noForeignRepository = {
  regex: '^\\.\\./.*\\.repository\\.js$',
  message: "A module uses another module's service, never its repository.",
};
const noEngine = {
  group: ['oidc-provider'],
  message: 'Only the endpoints and the adapters know the engine.',
};

/** What a kind of file must not import, whatever its area. */
const LAYERS = [
  { files: '*.repository.ts', forbidden: [noHttp, noEngine, noService] },
  { files: '*.service.ts', forbidden: [noHttp, noSql, noEngine] },
  { files: '*.routes.ts', forbidden: [noSql, noRepository] },
  { files: '*.router.ts', forbidden: [noSql, noRepository] },
  { files: '*.ts', forbidden: [] },
];

const restrict = (patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns: [...new Set(patterns)] }],
});

/** The rules of an area: nothing from a higher one, and for each kind of file what its layer forbids. */
function boundaries(area, index) {
  const higher = AREAS.slice(index + 1).map((name) => name.replace(/^src\//, '').replace(/\.ts$/, '\\.js'));
  const upwards = {
    regex: `^(?:\\.\\.?/)+(?:src/)?(?:${higher.join('|')})(?:/|$)`,
    message: `${area} must not import from a higher area. The order is ${AREAS.join(' ← ')}.`,
  };
  const always = [
    ...(higher.length > 0 ? [upwards] : []),
    ...(index < AREAS.indexOf('adapters') ? [noEngine] : []),
  ];
  if (area.endsWith('.ts')) return [{ files: [area], rules: restrict(always) }];
  const composition = `${area}/${area.split('/').at(-1)}.ts`;
  const layers = LAYERS.map(({ files, forbidden }, layer) => ({
    files: [`${area}/**/${files}`],
    ignores: [composition, ...LAYERS.slice(0, layer).map((earlier) => `${area}/**/${earlier.files}`)],
    rules: restrict([...always, ...forbidden, noForeignRepository]),
  }));
  return [...layers, { files: [composition], rules: restrict(always) }];
}

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.postern/**'] },
  {
    files: ['**/*.ts', '**/*.cts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.cts'],
      'import-x/external-module-folders': ['node_modules'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.cts'] },
      'import-x/resolver-next': [
        importX.createNodeResolver({ extensionAlias: { '.js': ['.ts'], '.cjs': ['.cts'] } }),
      ],
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'import-x/no-cycle': 'error',
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
  ...AREAS.flatMap(boundaries),
  {
    files: ['src/islands/*.ts'],
    rules: restrict([{ regex: '.*', message: 'An island imports nothing: browsers load it as it is.' }]),
  },
  {
    files: ['src/**/*.ts', 'adapters/**/*.ts'],
    ignores: ['src/identity/passkeys/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['@simplewebauthn/*'], message: 'Only the module of passkeys verifies them.' }],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'adapters/**/*.ts', 'migrations/**/*.ts'],
    // The library of passkeys is slow to load, and commands do not use it; those of telemetry are loaded when it is on.
    ignores: ['src/cli/**', 'src/identity/passkeys/verification.ts', 'src/server/telemetry/telemetry.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'Only the command line imports lazily; import statically.' },
        {
          selector: 'ImportDeclaration[source.value="zod"] > ImportSpecifier',
          message: "import * as z from 'zod': with `{ z }` the bundle gets 400 kB of zod that nothing uses.",
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'adapters/**/*.ts', 'migrations/**/*.ts'],
    ignores: ['src/settings/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/settings reads the environment.' },
        {
          object: 'AbortSignal',
          property: 'any',
          message: 'Its signals can be garbage before they abort (nodejs/node pull request 57867).',
        },
      ],
    },
  },
);
