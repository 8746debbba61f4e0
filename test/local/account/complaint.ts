import { expect } from 'vitest';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { parseWorld } from '../../fixtures/shipped-app.ts';

/** What is wrong with a world file, in words. */
export const complaint = (text: string): string => {
  try {
    parseWorld(text, 'w.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error instanceof InputError ? error.message : '';
  }
  return 'accepted';
};
/** The least that a world file has. */
export const BASE = 'about: x\nnow: 2026-11-20T09:26:20Z\n';
