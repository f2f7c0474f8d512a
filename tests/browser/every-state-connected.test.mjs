// The states of a connected key, of who answers without one, and of the field in a frame.
import { testForEverybody } from './support/everybody.mjs';
import { ISOLATED } from './support/states/isolated.mjs';
import { MANAGING } from './support/states/manage.mjs';
import { MODES } from './support/states/modes.mjs';

testForEverybody({ ...MANAGING, ...MODES, ...ISOLATED });
