# SPDX-License-Identifier: Apache-2.0
#
# gnuplot -c front.gp points front.svg: recall and NDCG against bytes, a block of points for each method: its name, then bytes,
# mean, least and largest recall, mean, least and largest NDCG. Bands are over seeds.

points = ARG1
stats points using 1 nooutput
blocks = STATS_blocks

set terminal svg size 1100,560 dynamic enhanced font "sans-serif,12" background "white"
set output ARG2
set multiplot layout 1,2
set logscale x 2
set format x "%.1s %cB"
set xlabel "bytes of the table, with what says where its values stand"
set grid
set key outside below maxrows 5 samplen 2 font ",10" noenhanced
set offsets 0, 0, graph 0.05, 0
set style fill transparent solid 0.15 noborder
do for [metric = 0:1] {
    set ylabel metric == 0 ? "test recall at 20" : "test NDCG at 20"
    plot for [i = 0:blocks - 1] points index i using 1:(column(3 + 3 * metric)):(column(4 + 3 * metric)) \
             with filledcurves lc i + 1 notitle, \
         for [i = 0:blocks - 1] points index i using 1:(column(2 + 3 * metric)) with linespoints lw 2 \
             pt i + 4 ps 0.7 dt i / 8 + 1 lc i + 1 title columnheader(1)
}
unset multiplot
