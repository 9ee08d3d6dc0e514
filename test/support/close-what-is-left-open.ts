import { leftOpenByFile, leftOpenByTest } from './left-open';

// Registered before those of the spec, these come before them, which then find it closed.
afterEach(() => leftOpenByTest.closeAll());
afterAll(() => leftOpenByFile.closeAll());
