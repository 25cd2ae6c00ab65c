import { mount } from 'svelte';
import '../page.css';
import App from './app.svelte';

const target = document.querySelector('#app');
if (target) mount(App, { target });
