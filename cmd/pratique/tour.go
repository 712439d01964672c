package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/demo"
	"github.com/pratique/pratique/web"
)

// tourPort is where a tour is found, unless --port says another. It is not that
// of a desk: what a browser keeps, it keeps by address.
const tourPort = 7412

// tourFlags are the flags of tour.
type tourFlags struct {
	pages string
	port  int
	open  bool
}

func tourCommand() *command {
	f := &tourFlags{}
	return &command{
		use:   "tour [flags]",
		short: "the whole loop in a browser, in five minutes, without a network",
		long: `Tour opens the browser and leads through the whole loop in five minutes: a laboratory of Norland issues a certificate, a traveller keeps it in the wallet page, Sudmark's border desk answers green, red, grey and amber, the laboratory withdraws, and the traveller asks for their own colour. Both countries are invented, and every screen says DEMO.

The wallet and the desk are the real pages. Their clock is that of the tour, which stands still until you move it. No camera and no network are needed: each code can be used by one button.

What the tour keeps is in a folder of its own among the temporary files. The last page reads what was stored, there and in the browser, and removes it; so does the end of the program.`,
		example: `$ pratique tour

# only say where it is, and open the page yourself
$ pratique tour --open=false --port 0`,
		flags: func(s *pflag.FlagSet) {
			s.IntVar(&f.port, "port", tourPort, "the `PORT` on this computer; 0 takes one that is free")
			s.BoolVar(&f.open, "open", true, "open the browser")
			s.StringVar(&f.pages, "pages", "", "a `FOLDER` with pages made by `make pages` (dist/packed), where none are built in")
		},
		run: f.run,
	}
}

func (f *tourFlags) run(p *program, args []string) error {
	if len(args) > 0 {
		return misuse("tour takes no argument", "`pratique tour` opens the browser")
	}
	files, err := web.Built()
	if f.pages != "" {
		files, err = os.DirFS(f.pages), nil
	}
	var pages *web.Handler
	if err == nil {
		pages, err = web.NewHandler(files)
	}
	if err != nil {
		if f.pages != "" {
			return failure("no pages in "+quote(f.pages)+": "+err.Error(), "`make pages` makes them in web/dist/packed")
		}
		return failure("this build has no pages, which the tour shows", "in the source: `make tour`", "or take the program of a release, which has them", "`pratique demo` tells the same story in the terminal, without pages")
	}
	dir, err := os.MkdirTemp("", "pratique-tour-")
	if err != nil {
		return failure("making a folder among the temporary files: "+cause(err), "look whether the disk is full; the variable TMPDIR names another place")
	}
	defer os.RemoveAll(dir)
	listeners, port, err := listenHere(f.port)
	if err != nil {
		return failure(fmt.Sprintf("port %d of this computer is taken: %s", f.port, cause(err)), "if a tour runs already, open http://localhost:"+strconv.Itoa(f.port)+"/tour/", "take another: --port 0 takes one that is free")
	}
	over := make(chan struct{})
	o := demo.TourOptions{Pages: pages.Tour(), Folder: dir, Version: builtFrom().Version, End: sync.OnceFunc(func() { close(over) })}
	for _, name := range []string{"localhost", "127.0.0.1", "[::1]"} {
		o.Hosts = append(o.Hosts, name+":"+strconv.Itoa(port))
	}
	t, err := demo.NewTour(o)
	if err != nil {
		return err
	}
	address := fmt.Sprintf("http://localhost:%d/tour/", port)
	fmt.Fprintf(p.out, "%-12s %s\n%-12s the last page does it; or Ctrl-C, or close this window\n", "tour", address, "to end")
	p.out.Flush()
	if err := openBrowser(p, f.open, address); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: t, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- server.Serve(l) }()
	}
	select {
	case err := <-failed:
		return failure("the tour cannot be reached any more: "+cause(err), "start it again")
	case <-ctx.Done():
	case <-over:
	}
	ending, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	server.Shutdown(ending) // what a browser still holds open need not be waited for
	if err := os.RemoveAll(dir); err != nil {
		return failure("removing "+quote(dir)+": "+cause(err), "remove it by hand")
	}
	fmt.Fprintf(p.out, "%-12s %s is removed\n", "ended", dir)
	return nil
}
