/** What several tables must agree on: prices, stock and the items of each order, each a pure function of the seed. */
import { indexSeed, Random, streamSeed } from './random.ts';
import { type ShopRows, SLOTS_PER_PRODUCT, shopRows } from './scale.ts';

export type OrderItem = { readonly productId: number; readonly quantity: number; readonly priceCents: number };

export class ShopModel {
  readonly seed: number;
  readonly rows: ShopRows;
  readonly #priceStream: number;
  readonly #stockStream: number;
  readonly #itemStream: number;
  readonly #random = new Random(0);

  constructor(seed: number, scale: number) {
    this.seed = seed;
    this.rows = shopRows(scale);
    this.#priceStream = streamSeed(seed, 'price');
    this.#stockStream = streamSeed(seed, 'stock');
    this.#itemStream = streamSeed(seed, 'item');
  }

  priceCents(product: number): number {
    return 99 + (indexSeed(this.#priceStream, product) % 40_000);
  }

  /** What the product has at its slot-th location. */
  quantity(product: number, slot: number): number {
    return indexSeed(this.#stockStream, product * SLOTS_PER_PRODUCT + slot) % 200;
  }

  stock(product: number): number {
    let sum = 0;
    for (let slot = 0; slot < SLOTS_PER_PRODUCT; slot++) sum += this.quantity(product, slot);
    return sum;
  }

  /** The location (from 1) of the slot-th stock of a product: always different ones. */
  locationId(product: number, slot: number): number {
    return ((indexSeed(this.#stockStream, -1 - product) + slot * 7) % this.rows.tbl_location) + 1;
  }

  items(order: number): readonly OrderItem[] {
    const random = this.#random;
    random.reseed(indexSeed(this.#itemStream, order));
    const items: OrderItem[] = [];
    for (let count = 1 + random.below(3); count > 0; count--) {
      const product = random.below(this.rows.tbl_product);
      items.push({ productId: product + 1, quantity: 1 + random.below(4), priceCents: this.priceCents(product) });
    }
    return items;
  }
}

export function totalCents(items: readonly OrderItem[]): number {
  return items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
}
