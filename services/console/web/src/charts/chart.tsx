// A chart of uPlot in the page's colours; its library is loaded when the first chart is shown.
import { useEffect, useRef, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import { useMedia } from '../rows/use-media.ts'

export type Colours = (name: string) => string

interface ChartProps {
  /** What a screen reader says in its place. */
  label: string
  heightPx: number
  data: uPlot.AlignedData
  /** Built again when `shape` or the colour scheme changes; data alone are only set. */
  options: (colours: Colours, library: typeof uPlot) => Omit<uPlot.Options, 'width' | 'height'>
  shape: string
}

export function Chart({ label, heightPx, data, options, shape }: ChartProps) {
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const isDark = useMedia('(prefers-color-scheme: dark)')
  const [library, setLibrary] = useState<typeof uPlot>()
  useEffect(() => {
    void import('uplot').then((loaded) => setLibrary(() => loaded.default))
  }, [])
  useEffect(() => {
    const place = element.current
    if (library === undefined || place === null) return undefined
    const style = getComputedStyle(document.documentElement)
    const colours: Colours = (name) => resolved(place, style.getPropertyValue(name))
    const made = new library(
      { ...options(colours, library), width: Math.max(place.clientWidth, 60), height: heightPx },
      data,
      place,
    )
    chart.current = made
    const observer = new ResizeObserver(() => {
      if (place.clientWidth > 0) made.setSize({ width: place.clientWidth, height: heightPx })
    })
    observer.observe(place)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [library, shape, isDark, heightPx])
  useEffect(() => chart.current?.setData(data), [data])
  return (
    <div
      ref={element}
      class="chart"
      role="img"
      aria-label={label}
      style={{ height: `${heightPx}px` }}
    />
  )
}

/** `light-dark(…)` and the like as the colour that it is now: a canvas knows plain colours only. */
function resolved(place: HTMLElement, value: string): string {
  const probe = document.createElement('i')
  probe.style.color = value
  place.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
