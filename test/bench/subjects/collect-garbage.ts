/**
 * Loaded before a subject whose memory is measured: collects its garbage each second, so that what `/metrics` tells
 * of the heap is what is still in use. Needs `--expose-gc`.
 */
setInterval(() => globalThis.gc?.(), 1000).unref();
