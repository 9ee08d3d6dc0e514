/** Token of the configuration of NATS, which is there when this folder's module is. */
export const NATS_CONFIG = Symbol('nats config');
