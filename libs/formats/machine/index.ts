// The plan machine: WebAssembly (compiled by AssemblyScript) that walks along lines and writes documents.
export {
  allocate,
  documentAt,
  documentBytesMax,
  forgetPlans,
  forgetPlansFrom,
  frameAt,
  framePartBytesMax,
  idAt,
  idBytesMax,
  isoAt,
  plansEnd,
  plansLeft,
  windowAt,
  windowBytesMax,
} from './memory'
export { frame, lastPart, write } from './document'
export { endWith, find, newTree, way } from './tree'
export { endOf } from './values'
