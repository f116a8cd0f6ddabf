/** Loaded by mocha before the tests. */
import { watchNesting } from '../src/db/no-nesting.ts';

watchNesting();
