import type { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

/** What each folder of src/ must not import: the arrows of docs/architecture.md, enforced. */
const walls: Record<string, string[]> = {
  sync: ['../*', 'node:*', 'typeorm', 'winston', 'undici'],
  engine: [
    '../ews/*',
    '../crm/*',
    '../db/*',
    '../tabs/*',
    '../scheduler/*',
    '../main.ts',
    '../cli.ts',
    '../config.ts',
  ],
  ews: [
    '../crm/*',
    '../db/*',
    '../engine/*',
    '../tabs/*',
    '../scheduler/*',
    '../mail/*',
    '../../crm/*',
    '../../db/*',
    '../../engine/*',
  ],
  crm: ['../../ews/*', '../../db/*', '../../engine/*', '../../tabs/*', '../../scheduler/*', '../../mail/*'],
  db: [
    '../ews/*',
    '../crm/*',
    '../engine/*',
    '../tabs/*',
    '../scheduler/*',
    '../../ews/*',
    '../../crm/*',
    '../../engine/*',
  ],
  scheduler: ['../ews/*', '../crm/*', '../db/*', '../tabs/*'],
  tabs: ['../ews/*', '../db/*', '../../ews/*', '../../db/*'],
};

/** sync/ may import its own files only, so "../sync" is the one way up it needs not. */
const folderRules: Linter.Config[] = Object.entries(walls).map(([folder, patterns]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: patterns, message: `src/${folder} must not know this part: see docs/architecture.md` },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', 'data/**', 'node_modules/**', 'src/tabs/public/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
  {
    files: ['sandbox/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/src/*', '**/src/**'], message: 'the sandbox stands apart from src/' }] },
      ],
    },
  },
  ...folderRules,
);
