// Only the rows in sight are drawn, however many there are.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core'
import type { RefObject } from 'preact'
import { useLayoutEffect, useReducer, useState } from 'preact/hooks'

export interface VirtualRows {
  items: VirtualItem[]
  /** Height of all rows. Unit: px. */
  height: number
  scrollTo: (index: number) => void
}

const overscan = 10

export function useVirtualRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): VirtualRows {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0)
  const [virtualizer] = useState(
    () => new Virtualizer<HTMLElement, HTMLElement>(options(scroller, count, rowHeight, redraw)),
  )
  virtualizer.setOptions(options(scroller, count, rowHeight, redraw))
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer])
  useLayoutEffect(() => virtualizer._willUpdate())
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  }
}

// oxlint-disable-next-line max-params -- the same four in both places
function options(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  redraw: (action: void) => void,
) {
  return {
    count,
    overscan,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(),
  }
}
