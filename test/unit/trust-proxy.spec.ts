import express from 'express';
import { isTrustProxy, toTrustProxy } from '../../src/trust-proxy';

it.each([
  [undefined, false],
  ['false', false],
  ['true', true],
  ['0', 0],
  ['2', 2],
  ['loopback', 'loopback'],
  ['10.0.0.7', '10.0.0.7'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['loopback, fd00::/8,10.0.0.7', 'loopback, fd00::/8,10.0.0.7'],
])('%j is something that Express understands', (text, expected) => {
  const trustProxy = toTrustProxy(text);
  expect(trustProxy).toBe(expected);
  expect(() => express().set('trust proxy', trustProxy)).not.toThrow();
  expect(isTrustProxy(text ?? 'false')).toBe(true);
});

it.each([
  'yes',
  '-1',
  '1.5',
  'balancer.example.nz',
  '10.0.0.0/33',
  '10.0.0.0/0',
  'fd00::/129',
  'loopback/8',
  'loopback,',
])('%j is nothing that Express understands', (text) => {
  expect(isTrustProxy(text)).toBe(false);
  expect(() => express().set('trust proxy', text)).toThrow(TypeError);
});
