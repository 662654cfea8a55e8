/** Every kind of transaction, and how often each one comes. */
import type { Random } from '../random.ts';
import { appendAudit, changeAudit, deleteAudit, largeTransaction } from './audit.ts';
import { deleteCustomer, registerCustomer, updateCustomer } from './customer.ts';
import {
  changeDocument,
  changeSupplier,
  deleteReport,
  dismissEmployee,
  dropProduct,
  hireEmployee,
  launchProduct,
  replaceEmployee,
  repriceProduct,
  writeReport,
} from './office.ts';
import { payInvoice, placeOrder, sendOrder } from './order.ts';
import { deleteSetting, putSetting, renameSetting, replaceSetting, swapSettings } from './setting.ts';
import { callMoveStock, moveStock, releaseStock, relocateStock } from './stock.ts';
import { halfTransfer, transfer, transferAfterSavepoint, transferSeveral } from './transfer.ts';
import type { Action } from './work.ts';

const ACTIONS = {
  placeOrder,
  payInvoice,
  sendOrder,
  transfer,
  transferSeveral,
  transferAfterSavepoint,
  halfTransfer,
  moveStock,
  callMoveStock,
  releaseStock,
  relocateStock,
  registerCustomer,
  updateCustomer,
  deleteCustomer,
  putSetting,
  replaceSetting,
  renameSetting,
  swapSettings,
  deleteSetting,
  appendAudit,
  changeAudit,
  deleteAudit,
  largeTransaction,
  writeReport,
  deleteReport,
  changeDocument,
  hireEmployee,
  dismissEmployee,
  replaceEmployee,
  launchProduct,
  repriceProduct,
  dropProduct,
  changeSupplier,
} satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];

/** Shares of all transactions, in parts of their sum. */
export type TrafficMix = Readonly<Record<ActionName, number>>;

export const ORDINARY_MIX: TrafficMix = {
  placeOrder: 200,
  payInvoice: 130,
  sendOrder: 60,
  transfer: 140,
  transferSeveral: 30,
  transferAfterSavepoint: 20,
  halfTransfer: 20,
  moveStock: 90,
  callMoveStock: 40,
  releaseStock: 30,
  relocateStock: 20,
  registerCustomer: 60,
  updateCustomer: 90,
  deleteCustomer: 15,
  putSetting: 25,
  replaceSetting: 15,
  renameSetting: 20,
  swapSettings: 8,
  deleteSetting: 8,
  appendAudit: 25,
  changeAudit: 20,
  deleteAudit: 15,
  largeTransaction: 4,
  writeReport: 25,
  deleteReport: 8,
  changeDocument: 25,
  hireEmployee: 10,
  dismissEmployee: 5,
  replaceEmployee: 5,
  launchProduct: 15,
  repriceProduct: 10,
  dropProduct: 8,
  changeSupplier: 5,
};

/** Chooses an action by its share. */
export function chooseAction(mix: TrafficMix, random: Random): { readonly name: ActionName; readonly action: Action } {
  const sum = ACTION_NAMES.reduce((total, name) => total + mix[name], 0);
  let left = random.below(sum);
  const name = ACTION_NAMES.find((each) => {
    left -= mix[each];
    return left < 0;
  });
  if (name === undefined)
    throw new RangeError('a traffic mix needs shares that are whole numbers, at least one above 0');
  return { name, action: ACTIONS[name] };
}
