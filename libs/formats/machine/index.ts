// The plan machine: WebAssembly (compiled by AssemblyScript) that walks along lines and writes documents.
export {
  allocate,
  documentAt,
  documentBytesMax,
  forgetPlans,
  forgetPlansFrom,
  idAt,
  idBytesMax,
  isoAt,
  lineAt,
  lineBytesMax,
  plansEnd,
  plansLeft,
} from './memory'
export { lastPart, write } from './document'
export { endWith, find, newTree, way } from './tree'
export { endOf } from './values'
