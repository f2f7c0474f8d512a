import { mount } from 'svelte';
import Key from './key.svelte';
import { session, told } from './page.js';

mount(Key, { target: document.querySelector('main'), props: { session, onconnected: told } });
