import { createApp } from 'vue';
import '../page.css';
import App from './app.vue';

createApp(App).mount('#app');
