// Runs in the page: Streamdown in React, given the text once a frame.

import { createElement } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Streamdown } from 'streamdown';
import { onceAFrame } from './contestants.js';

globalThis.streamdown = (element) => {
  const root = createRoot(element);
  let text = '';
  return onceAFrame({
    show(delta) {
      text += delta;
      root.render(createElement(Streamdown, null, text));
    },
    finish() {
      flushSync(() => root.render(createElement(Streamdown, null, text)));
    },
  });
};
