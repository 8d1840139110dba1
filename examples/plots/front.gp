# SPDX-License-Identifier: Apache-2.0
#
# gnuplot -c front.gp points front.svg: recall and NDCG against bytes. `points` has a block for each method: its name, then
# bytes, mean, smallest and largest recall, mean, smallest and largest NDCG. Bands show the range over seeds. A method of a
# single size is a reference level, and its block reaches from the smallest bytes to the largest.

points = ARG1
stats points using 1 nooutput
blocks = STATS_blocks

set terminal svg size 1100,560 dynamic enhanced font "sans-serif,13" background "white"
set output ARG2
set multiplot layout 1,2
set linetype cycle 8
array colors[8] = ["#1b6ca8", "#c8442d", "#2e8b57", "#7d4fa3", "#b8860b", "#444444", "#c2548f", "#008b8b"]
color(i) = colors[i % 8 + 1]
set logscale x 10
set autoscale xfix
set xtics ("20 kB" 2e4, "50 kB" 5e4, "100 kB" 1e5, "200 kB" 2e5, "500 kB" 5e5, "1 MB" 1e6, "2 MB" 2e6, "5 MB" 5e6, "10 MB" 1e7, \
           "20 MB" 2e7, "50 MB" 5e7)
set xlabel "bytes of the file"
set yrange [0:*]
set grid lc "#dddddd"
set key outside below maxrows 6 samplen 2.5 spacing 1.1 font ",11" noenhanced
set bmargin 9
set style fill transparent solid 0.15 noborder
do for [metric = 0:1] {
    set ylabel metric == 0 ? "test Recall at 20" : "test NDCG at 20"
    plot for [i = 0:blocks - 1] points index i using 1:(column(3 + 3 * metric)):(column(4 + 3 * metric)) \
             with filledcurves fc rgb color(i) notitle, \
         for [i = 0:blocks - 1] points index i using 1:(column(2 + 3 * metric)) with linespoints lw 2 \
             pt 4 + i ps 0.6 dt i / 8 + 1 lc rgb color(i) title columnheader(1)
}
unset multiplot
