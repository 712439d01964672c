package gaen

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// MaxArchive is the length of the longest archive, in bytes.
const MaxArchive = MaxExport + MaxSignatures + 4096

// The names in an archive.
const (
	binName = "export.bin"
	sigName = "export.sig"
)

const (
	endSize      = 22      // of the end of the central directory, without a comment
	maxDirectory = 1 << 10 // bytes of the central directory
)

// Unpack returns the two files of an archive (ZIP): export.bin and export.sig,
// in either order, stored or deflated, each once, and nothing else. Nothing is
// verified.
func Unpack(r io.ReaderAt, size int64) (bin, sig []byte, err error) {
	b, s, err := entries(r, size)
	if err != nil {
		return nil, nil, err
	}
	if bin, err = content(b, MaxExport); err != nil {
		return nil, nil, err
	}
	if sig, err = content(s, MaxSignatures); err != nil {
		return nil, nil, err
	}
	return bin, sig, nil
}

func content(f *zip.File, limit uint64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(f.UncompressedSize64, limit)))
	if err := inflate(&b, f, limit); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// entries returns the two files of an archive, packed.
func entries(r io.ReaderAt, size int64) (bin, sig *zip.File, err error) {
	if err := checkEnd(r, size); err != nil {
		return nil, nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrExport, err)
	}
	for _, f := range z.File {
		to := &bin
		switch f.Name {
		case binName:
		case sigName:
			to = &sig
		default:
			return nil, nil, fmt.Errorf("%w: the archive holds another file", ErrExport)
		}
		if *to != nil {
			return nil, nil, fmt.Errorf("%w: the archive holds a file twice", ErrExport)
		}
		*to = f
	}
	if bin == nil || sig == nil {
		return nil, nil, fmt.Errorf("%w: the archive lacks %s or %s", ErrExport, binName, sigName)
	}
	return bin, sig, nil
}

// checkEnd looks at the end of an archive before anything is read that could be
// long: it has two files, a short directory that ends where the end begins, and
// no comment. So the reader that follows can only find that directory.
func checkEnd(r io.ReaderAt, size int64) error {
	if size < endSize || size > MaxArchive {
		return fmt.Errorf("%w: an archive of %d bytes", ErrExport, size)
	}
	var end [endSize]byte
	if _, err := r.ReadAt(end[:], size-endSize); err != nil && err != io.EOF {
		return fmt.Errorf("reading archive: %w", err)
	}
	le := binary.LittleEndian
	length, offset := le.Uint32(end[12:]), le.Uint32(end[16:])
	if string(end[:4]) != "PK\x05\x06" || le.Uint32(end[4:]) != 0 || le.Uint16(end[8:]) != 2 || le.Uint16(end[10:]) != 2 ||
		length > maxDirectory || int64(offset)+int64(length)+endSize != size || le.Uint16(end[20:]) != 0 {
		return fmt.Errorf("%w: no archive of two files", ErrExport)
	}
	return nil
}

// inflate writes what a file of an archive holds. Until it returns nothing of
// that is to be relied on: the checksum is compared last.
func inflate(w io.Writer, f *zip.File, limit uint64) error {
	if f.UncompressedSize64 > limit {
		return fmt.Errorf("%w: %s is longer than %d bytes", ErrExport, f.Name, limit)
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrExport, f.Name, err)
	}
	defer r.Close()
	if _, err := io.CopyN(w, r, int64(f.UncompressedSize64)); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrExport, f.Name, err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1)); err != io.EOF {
		return fmt.Errorf("%w: %s is not as the archive says", ErrExport, f.Name)
	}
	return nil
}

// Pack returns the archive of the two files. Of the same files it is the same
// bytes, without a date.
func Pack(bin, sig []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range []struct {
		name    string
		content []byte
	}{{binName, bin}, {sigName, sig}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate})
		if err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.name, err)
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return out.Bytes(), nil
}
