// /docs/widget: each example is a file of its own.

import "./events.js";
import "./look.js";
import "./providers.js";
import "./sessions.js";
import "./silent.js";
import "./words.js";
