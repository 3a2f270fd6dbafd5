package slowregistry_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"ecrmirror/testkit/slowregistry"
)

// BenchmarkRanges reads 256 MiB in ranges of 2 MiB, 32 at once, and reports the CPU that
// server and client took: what is left on a machine where both run beside a program.
func BenchmarkRanges(b *testing.B) {
	const size, chunk, width = 256 << 20, 2 << 20, 32
	for name, opts := range map[string]slowregistry.Options{"normal": slowregistry.Normal(), "free": {}} {
		b.Run(name, func(b *testing.B) {
			images := slowregistry.NewImages()
			contents, err := images.Put("a", "1", slowregistry.Spec{Layers: 1, LayerSize: size})
			if err != nil {
				b.Fatal(err)
			}
			s, err := slowregistry.Start(b.Context(), images, opts)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: width}}
			var url string
			for d, n := range contents.Blobs {
				if n == size {
					url = location(b, "http://"+s.Host()+"/v2/a/blobs/"+d.String())
				}
			}
			b.SetBytes(size)
			before := cpu()
			for b.Loop() {
				var wg sync.WaitGroup
				for worker := range int64(width) {
					wg.Go(func() {
						for off := worker * chunk; off < size; off += width * chunk {
							r, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
							r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+chunk-1))
							response, err := client.Do(r)
							if err != nil {
								b.Error(err)
								return
							}
							_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, response.Body, make([]byte, 256<<10))
							response.Body.Close()
						}
					})
				}
				wg.Wait()
			}
			b.ReportMetric((cpu()-before).Seconds()/float64(b.N)/(size/float64(1<<30)), "cpu-s/GiB")
			client.CloseIdleConnections()
		})
	}
}

func location(b *testing.B, url string) string {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	response.Body.Close()
	return response.Header.Get("Location")
}

func cpu() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
