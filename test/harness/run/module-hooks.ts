import type { ResolveHook } from 'node:module';

const GLOBALS = new URL('./jest-globals.js', import.meta.url).href;

/** Leads `@jest/globals`, which can be imported in jest's own contexts only, to what replaces it. */
export const resolve: ResolveHook = async (specifier, context, next) =>
  specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context);
