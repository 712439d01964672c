package claim_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/pratique/pratique/issue/claim"
)

// The office gives out a code; the person types it into a wallet.
func Example() {
	office, err := claim.New(claim.Options{
		Store: new(claim.Memory), Secret: bytes.Repeat([]byte("not this one "), 3), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	code, _, err := office.Make(ctx, "URN:UVCI:01:XA:AAAAAAAA#X", []byte("HC1:..."), claim.Terms{Proof: "1974-08-12"})
	if err != nil {
		log.Fatal(err)
	}

	wallet, err := claim.NewWallet(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := office.Redeem(ctx, claim.Attempt{Source: "192.0.2.1", Code: code.String(), Proof: "1974-08-12", Wallet: wallet.Public()}, nil)
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := wallet.Open(answer)
	fmt.Printf("%s %v\n", certificate, err)
	// Output: HC1:... <nil>
}
