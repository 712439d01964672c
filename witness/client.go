package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/pratique/pratique/tlog"
)

// Client asks a witness for cosignatures.
type Client struct {
	// URL is the witness's submission prefix.
	URL string
	// HTTP makes the requests. Nil means [http.DefaultClient].
	HTTP *http.Client
}

// Refused is the answer of a witness that does not cosign.
type Refused struct {
	Status int    // of HTTP
	Text   string // the first line
	Size   int64  // with 409: the size that it has cosigned last
}

func (r *Refused) Error() string {
	return fmt.Sprintf("the witness answered %d: %s", r.Status, r.Text)
}

// maxAnswer is the most bytes of an answer.
const maxAnswer = 64 << 10

// Add sends one request and returns the lines that the witness has answered, of
// which nothing is verified: [tlog.Policy.Merge] takes those that do. The error is
// [Refused] where the witness has answered something else.
func (c Client) Add(ctx context.Context, r tlog.Request) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.URL, "/")+"/add-checkpoint", bytes.NewReader(r.Bytes()))
	if err != nil {
		return "", fmt.Errorf("asking witness: %w", err)
	}
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	resp, err := h.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking witness: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil || len(body) > maxAnswer {
		return "", errors.New("asking witness: the answer broke off, or is too long")
	}
	if resp.StatusCode == http.StatusOK {
		return string(body), nil
	}
	line, _, _ := strings.Cut(string(body), "\n")
	refused := &Refused{Status: resp.StatusCode, Text: line}
	if resp.StatusCode == http.StatusConflict {
		if refused.Size, err = strconv.ParseInt(line, 10, 64); err != nil || refused.Size < 0 {
			return "", errors.New("asking witness: it does not say which size it has")
		}
	}
	return "", refused
}

// Cosign gets the cosignature for a checkpoint of a log whose files are at hand,
// from whatever size the witness has. known is what it is believed to have.
func (c Client) Cosign(ctx context.Context, files tlog.Source, head tlog.Witnessed, known int64) (string, error) {
	for range 3 { // another may ask the same witness at the same time
		known = min(max(known, 0), head.Size)
		proof, err := tlog.Consistency(ctx, files, head.Checkpoint, known)
		if err != nil {
			return "", err
		}
		lines, err := c.Add(ctx, tlog.Request{Old: known, Hashes: proof, Note: head.Note})
		refused, ok := errors.AsType[*Refused](err)
		if !ok || refused.Status != http.StatusConflict {
			return lines, err
		}
		if refused.Size > head.Size {
			return "", fmt.Errorf("asking witness: it has seen %d entries and this checkpoint is of %d: %w", refused.Size, head.Size, tlog.ErrRollback)
		}
		known = refused.Size
	}
	return "", errors.New("asking witness: its size changes faster than one can ask")
}
