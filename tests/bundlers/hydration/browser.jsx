import { hydrateRoot } from 'react-dom/client';
import { Page } from './page.jsx';

const root = document.getElementById('root');
// The element has come up, and has written its state on itself, before React looks at what the server rendered.
if (!root.querySelector('byo-connect').dataset.state) throw new Error('the element is not there yet');
hydrateRoot(root, <Page {...root.dataset} />);
