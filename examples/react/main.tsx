import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../page.css';
import { App } from './app.tsx';

const container = document.querySelector('#app');
if (container) {
  createRoot(container).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
