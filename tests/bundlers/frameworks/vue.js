import { createApp, h } from 'vue';
import Key from './key.vue';
import { session, told } from './page.js';

createApp({ render: () => h(Key, { session, onConnected: told }) }).mount('main');
