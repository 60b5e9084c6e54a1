// The page "Try it": a photo, enlarged in the reader's own browser. Nothing is sent anywhere.
const here = new URL('./', import.meta.url)
const find = id => document.getElementById(`try-${id}`)
const [input, drop, sample, run, stop, bar, said, result, before, after, slider, actual, save] =
  ['input', 'drop', 'sample', 'run', 'stop', 'bar', 'said', 'result', 'before', 'after', 'slider', 'actual', 'save'].map(find)
const most = 12e6   // pixels
let photo, name, workers = []

const say = (text, wrong = false) => { said.textContent = text; said.classList.toggle('wrong', wrong) }
const show = (o, on) => { o.hidden = !on }

function drawn(width, height, draw) {   // a canvas
  const canvas = Object.assign(document.createElement('canvas'), {width, height})
  const to = canvas.getContext('2d', {alpha: false, willReadFrequently: true})
  if (!to) throw new Error(`this browser has no room for a picture of ${width} x ${height} pixels`)
  draw(to)
  return canvas
}

async function take(blob, title) {   // `blob`: or a promise of one
  stopAll(); show(result, false); show(run, false)
  const mine = workers   // another array: another photo was taken meanwhile
  try {
    const bitmap = await createImageBitmap(await blob).catch(() => { throw new Error(`${title}: no picture that this browser can read`) })
    if (mine !== workers) return
    const {width, height} = bitmap
    if (width*height > most) throw new Error(`${title} has ${(width*height/1e6).toFixed(0)} megapixels, this page takes ${most/1e6}: enhance superres "${title}" takes more`)
    photo = drawn(width, height, to => { to.fillStyle = '#fff'; to.fillRect(0, 0, width, height); to.drawImage(bitmap, 0, 0) })
    name = title.replace(/\.[^.]*$/, '')
    say(`${title}: ${width} x ${height} pixels, to become ${2*width} x ${2*height}`)
    show(run, true); run.focus()
  } catch (e) {
    if (mine !== workers) return
    photo = null; say(e.message, true)
  }
}

function tiles({width, height}, {tile, overlap, scale}) {   // each with what it must see, and which part of the answer is its own
  const all = []
  for (let y = 0; y < height; y += tile) for (let x = 0; x < width; x += tile) {
    const x0 = Math.max(x - overlap, 0), y0 = Math.max(y - overlap, 0)
    const w = Math.min(x + tile + overlap, width) - x0, h = Math.min(y + tile + overlap, height) - y0
    const cut = {x: scale*(x - x0), y: scale*(y - y0), w: scale*Math.min(tile, width - x), h: scale*Math.min(tile, height - y)}
    all.push({x, y, x0, y0, w, h, cut})
  }
  return all
}

function ask(worker, {x0, y0, w, h, cut}) {
  const {data} = photo.getContext('2d').getImageData(x0, y0, w, h)
  return new Promise((done, fail) => {
    worker.onmessage = ({data}) => data.error ? fail(new Error(data.error)) : done(data.rgba)
    worker.onerror = () => fail(new Error('the network could not be loaded'))
    worker.postMessage({rgba: data, w, h, cut}, [data.buffer])
  })
}

async function enlarge() {
  show(run, false); show(result, false); show(stop, true); show(bar, true)
  say('The network is on its way (16 MB, once)')
  const mine = workers = []   // another array: this run was stopped
  try {
    const about = await (await fetch(new URL('model.json', here))).json()
    if (mine !== workers) return
    const todo = tiles(photo, about), n = todo.length, start = performance.now()
    const out = drawn(about.scale*photo.width, about.scale*photo.height, () => {}), to = out.getContext('2d')
    bar.max = n; bar.value = 0
    const work = async worker => {
      for (let t; t = todo.shift();) {
        const rgba = await ask(worker, t)
        to.putImageData(new ImageData(rgba, t.cut.w, t.cut.h), about.scale*t.x, about.scale*t.y)
        const left = (performance.now() - start)/1000*(n/++bar.value - 1)
        say(`${bar.value} of ${n} tiles, ${left < 90 ? `${left.toFixed(0)} seconds` : `${(left/60).toFixed(0)} minutes`} to go`)
      }
    }
    const crew = Math.min(n, 4, navigator.hardwareConcurrency || 1)
    for (let k = 0; k < crew; k++) mine.push(new Worker(new URL('worker.js', here), {type: 'module'}))
    await Promise.all(mine.map(work))
    if (mine !== workers) return
    const png = await written(out, about)
    if (mine !== workers) return
    present(out, png)
    say(`${out.width} x ${out.height} pixels after ${((performance.now() - start)/1000).toFixed(0)} seconds`)
  } catch (e) {
    if (mine !== workers) return
    say(`That did not work: ${e.message}`, true); show(run, true)
  }
  stopAll()
}

function stopAll() {
  workers.forEach(w => w.terminate())
  workers = []
  show(stop, false); show(bar, false)
}

async function written(out, {mark}) {
  const blob = await new Promise(done => out.toBlob(done, 'image/png'))
  if (!blob) throw new Error('this browser could not write the picture')
  return marked(blob, mark)
}

function present(out, png) {
  for (const [canvas, from] of [[before, photo], [after, out]]) {
    Object.assign(canvas, {width: out.width, height: out.height})
    const to = canvas.getContext('2d')
    to.imageSmoothingQuality = 'high'
    to.drawImage(from, 0, 0, out.width, out.height)
  }
  URL.revokeObjectURL(save.href)
  Object.assign(save, {href: URL.createObjectURL(png), download: `${name}_x2.png`})
  show(result, true)
}

async function marked(png, xmp) {   // with a note of how it was made, as `enhance` writes it
  const bytes = new TextEncoder().encode(`iTXtXML:com.adobe.xmp\0\0\0\0\0${xmp}`)
  const number = n => new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n])
  const chunk = [number(bytes.length - 4), bytes, number(crc32(bytes))]
  return new Blob([png.slice(0, 33), ...chunk, png.slice(33)], {type: 'image/png'})   // behind IHDR
}

function crc32(bytes) {
  let crc = -1
  for (const b of bytes) {
    crc ^= b
    for (let k = 0; k < 8; k++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

input.onchange = () => input.files[0] && take(input.files[0], input.files[0].name)
sample.onclick = () => take(fetch(new URL('sample.png', here)).then(got => got.blob()), 'sample.png')
run.onclick = enlarge
stop.onclick = () => { stopAll(); say('Stopped'); show(run, true) }
slider.oninput = () => { before.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)` }
actual.onchange = () => { result.classList.toggle('actual', actual.checked) }
for (const [event, on] of [['dragover', true], ['dragleave', false], ['drop', false]])
  drop.addEventListener(event, e => { e.preventDefault(); drop.classList.toggle('over', on) })
drop.addEventListener('drop', e => e.dataTransfer.files[0] && take(e.dataTransfer.files[0], e.dataTransfer.files[0].name))
