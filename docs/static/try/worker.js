// One network in a thread of its own: a tile with its surroundings comes in, the enlarged tile goes out
import * as ort from './ort.wasm.bundle.min.mjs'

ort.env.wasm.numThreads = 1
ort.env.wasm.wasmPaths = {wasm: new URL('./ort-wasm-simd-threaded.wasm', import.meta.url).href}
const net = ort.InferenceSession.create(new URL('./model.onnx', import.meta.url).href)
net.catch(() => {})   // told with the answer to the first tile

function planes(rgba, n) {   // of the network: red, green, blue, each in [0, 1]
  const x = new Float32Array(3*n)
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) x[c*n + i] = rgba[4*i + c]/255
  return x
}

function pixels(y, width, cut) {   // a part of the network's answer as RGBA; the clamped array rounds
  const rgba = new Uint8ClampedArray(4*cut.w*cut.h).fill(255), n = y.length/3
  for (let r = 0; r < cut.h; r++) for (let q = 0; q < cut.w; q++) for (let c = 0; c < 3; c++)
    rgba[4*(r*cut.w + q) + c] = 255*y[c*n + (r + cut.y)*width + q + cut.x]
  return rgba
}

onmessage = async ({data: {rgba, w, h, cut}}) => {
  try {
    const image = new ort.Tensor('float32', planes(rgba, w*h), [1, 3, h, w])
    const {result} = await (await net).run({image})
    const out = pixels(result.data, result.dims[3], cut)
    result.dispose(); image.dispose()
    postMessage({rgba: out}, [out.buffer])
  } catch (e) { postMessage({error: String(e.message ?? e)}) }
}
