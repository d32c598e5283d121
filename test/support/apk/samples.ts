import type { ApkDescription } from './description.ts';
import { CHAT } from './samples/chat.ts';
import { GAME } from './samples/game.ts';
import { TORCH } from './samples/torch.ts';
import { WEATHER } from './samples/weather.ts';

/**
 * The four samples that are shipped in cli/samples. They are scripted: their classes.dex is empty, and the simulated
 * handset does what assets/behaviour.json says. Every host name is under .example, but for those of ad and analytics
 * services, which a sealed run never reaches.
 */
export const SAMPLES: Readonly<Record<'torch' | 'chat' | 'weather' | 'game', ApkDescription>> = {
  torch: TORCH,
  chat: CHAT,
  weather: WEATHER,
  game: GAME,
};
