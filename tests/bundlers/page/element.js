// An import for its effect alone, which is what bundlers drop first.
import 'byo-connect/element';
