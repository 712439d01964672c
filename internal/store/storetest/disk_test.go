package storetest_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/pratique/pratique/internal/store/storetest"
)

// A database that does not sync loses what it acknowledged: the disk forgets, so
// a test that finds nothing lost on it has shown something.
func TestTheDiskForgetsWhatWasNotSynced(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for level, want := range map[string]bool{"off": true, "extra": false} {
		lost := 0
		for run := range 40 {
			disk := storetest.NewDisk(fmt.Sprint(level, run))
			name := "file:/test.db?vfs=" + disk.Address()[len("sqlite:/test.db?vfs="):] + "&_pragma=locking_mode(exclusive)&_pragma=synchronous(" + level + ")&_pragma=journal_mode(wal)"
			open := func() *sql.DB {
				d, err := sql.Open("sqlite3", name)
				if err != nil {
					t.Fatal(err)
				}
				d.SetMaxOpenConns(1)
				return d
			}
			d := open()
			acknowledged := 0
			_, err := d.Exec("CREATE TABLE kept (n BIGINT)")
			for err == nil && acknowledged < 10 {
				if _, err = d.Exec("INSERT INTO kept VALUES (1)"); err == nil {
					acknowledged++
				}
			}
			if acknowledged != 10 {
				t.Fatal(err)
			}
			disk.CutAfter(0)
			d.Close()
			disk.Restore(r)
			d = open()
			var n int
			if err := d.QueryRow("SELECT count(*) FROM kept").Scan(&n); err != nil || n < acknowledged {
				lost++
			}
			d.Close()
			disk.Close()
		}
		if lost > 0 != want {
			t.Errorf("synchronous=%s: lost in %d of 40", level, lost)
		}
	}
}
