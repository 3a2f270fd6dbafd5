// Package chunked reads one blob as an in-order stream over parallel requests for byte ranges
// (chunks), inside a byte budget shared by the whole process.
//
// A [Reader] keeps a window of chunks: those in flight and those that arrived and wait for their
// turn. A chunk's buffer is acquired from the [Budget] before its goroutine starts. Where the
// budget has none, the reader reads its next chunk straight from the response into the caller's
// slice, which needs no buffer. So memory never exceeds the budget, and a reader can go on whatever
// others hold, and in whatever order they are read: no reader waits for the budget.
//
// Retries happen here and nowhere above: a request that fails is made again for the bytes still
// missing, a bounded number of times a chunk. Every error reaches Read, and io.EOF is returned only
// when all bytes were delivered. The content's digest is for the caller to verify as the stream
// passes.
//
// Where bytes come from is a [Fetch]; [HTTP] is the one for URLs.
package chunked
