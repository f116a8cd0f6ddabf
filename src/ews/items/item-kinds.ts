import type { Module } from '../../sync/model.ts';
import { contactKind } from './contact-kind.ts';
import { eventKind } from './event-kind.ts';
import type { ItemKind } from './item-kind.ts';
import { taskKind } from './task-kind.ts';

export const itemKinds: Readonly<Record<Module, ItemKind>> = {
  contacts: contactKind,
  tasks: taskKind,
  events: eventKind,
};
