import type { Device } from '../contract/device.ts';
import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { quarantineDevice, releaseDevice } from '../store/devices.ts';
import { noted } from './noted.ts';
import { permit } from './permit.ts';

/** Takes a device out of use after its present session. @throws Fault `device-unknown` */
export async function quarantine(service: Service, actor: Actor | null, id: string, reason: string): Promise<Device> {
  permit(actor, 'admin');
  return await noted(service, actor, async (inside) => {
    const device = await quarantineDevice(inside, id, { reason, by: actor.name, now: service.now() });
    return [device, { act: 'quarantined', subject: device.id, detail: { reason } }];
  });
}

/** Puts a device back into use. @throws Fault `device-unknown` */
export async function release(service: Service, actor: Actor | null, id: string): Promise<Device> {
  permit(actor, 'admin');
  return await noted(service, actor, async (inside) => {
    const device = await releaseDevice(inside, id, { by: actor.name, now: service.now() });
    return [device, { act: 'released', subject: device.id }];
  });
}
