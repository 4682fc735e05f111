/** The page's beginning. */

import { render } from 'preact';
import { App } from './app.tsx';
import { watchChanges } from './live.ts';
import { followLinks } from './router.ts';
import { takeTokenFromLink } from './session.ts';
import { followTheme } from './theme.ts';

takeTokenFromLink();
// The link was followed while the page was open already.
addEventListener('hashchange', takeTokenFromLink);
followTheme();
followLinks();
watchChanges();
const place = document.getElementById('app')!;
place.replaceChildren();
render(<App />, place);
