package border

// Sensitivities by whole days since infection, 0 to 30: medians of the curves
// that Hellewell et al. (BMC Med 19:106, 27 April 2021) fitted to swabs that
// health workers took of themselves in London from 26 March to 5 May 2020, as
// published with them (cmmid/pcr-profile: PCR_curve_summary.csv,
// LFT_curve_summary.csv). The days 21, 23, 24 and 26 to 29 of the PCR, and 13 and
// 15 to 19 of the antigen curve, are on straight lines between the published
// points used; from day 21 on the antigen curve is zero.
var (
	hellewellPCR = Curve{
		0.005, 0.039, 0.246, 0.710, 0.785, 0.767, 0.725, 0.677, 0.626, 0.571,
		0.515, 0.459, 0.404, 0.351, 0.302, 0.257, 0.217, 0.180, 0.149, 0.122,
		0.100, 0.083, 0.066, 0.056, 0.045, 0.035, 0.030, 0.026, 0.021, 0.017, 0.012,
	}
	hellewellAntigen = Curve{
		0.003, 0.021, 0.110, 0.423, 0.632, 0.610, 0.510, 0.395, 0.293, 0.208,
		0.141, 0.094, 0.061, 0.043, 0.025, 0.021, 0.017, 0.014, 0.010, 0.006,
		0.002,
	}
)

// kiangUpper is the sensitivity of a PCR by day, from five days before symptoms
// on, that Kiang et al. (Lancet Infect Dis 2021) use in their base case: the
// upper of three curves, to four places, from output/figS3_data.csv of
// mkiang/airline_testing_strategies.
var kiangUpper = [25]float64{
	0.6309, 0.7469, 0.8369, 0.8883, 0.9080, 0.9075, 0.8986, 0.8901, 0.8808, 0.8663,
	0.8438, 0.8142, 0.7798, 0.7425, 0.7044, 0.6674, 0.6314, 0.5960, 0.5615, 0.5292,
	0.4998, 0.4705, 0.4412, 0.4119, 0.3826,
}
