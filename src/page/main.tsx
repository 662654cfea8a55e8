/** Page: what a running pipeline tells of itself, for the people who watch it; runs in a browser, over the API alone. */
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { Feed } from './feed.ts';

const root = document.getElementById('page');
if (root) {
  root.replaceChildren();
  render(<App feed={new Feed()} />, root);
}
